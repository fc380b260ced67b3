/** Settings: typed keys, read from a YAML file, the environment and flags; all errors are told together. */
package dev.orrery.internal.config;
