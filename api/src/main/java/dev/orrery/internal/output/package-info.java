/** What workers print, on the side of those who look at it: logs that are followed, their lines, and how many are shown. */
package dev.orrery.internal.output;
