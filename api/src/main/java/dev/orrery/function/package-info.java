/**
 * The shapes of what a driver asks others to run: constructors of actors, their methods, with a result or void, and the
 * functions of tasks, of up to four arguments. A method or constructor reference travels by name; any other lambda travels by Java serialisation, so what it
 * captures must be serialisable and the class that it is written in must be in the artifacts of the actor or task.
 */
package dev.orrery.function;
