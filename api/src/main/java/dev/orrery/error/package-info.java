/** One family of exceptions, with codes, ids and first causes. */
package dev.orrery.error;
