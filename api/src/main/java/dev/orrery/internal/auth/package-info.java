/** The cluster's shared secret. */
package dev.orrery.internal.auth;
