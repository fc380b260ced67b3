/** What is done to a cluster, and when: data, made before a run. */
package dev.orrery.examples.chaos.plan;
