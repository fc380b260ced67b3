/**
 * The leader at work: one control thread takes observations, plans, commits the plan, and only then acts, by sending each
 * node its desired set.
 */
package dev.orrery.head.control;
