/** The public API: connect to a cluster, declare pipelines, deploy and call them. */
package dev.orrery;
