/** Tasks on their owner's side: what was submitted, the workers that are leased for it, and the results. */
package dev.orrery.internal.task;
