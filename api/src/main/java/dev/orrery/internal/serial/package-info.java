/** Users' objects (arguments and results of calls) to bytes and back. */
package dev.orrery.internal.serial;
