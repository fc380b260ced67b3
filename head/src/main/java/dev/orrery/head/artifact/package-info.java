/** Users' jars on the head's disk, each named by its SHA-256. */
package dev.orrery.head.artifact;
