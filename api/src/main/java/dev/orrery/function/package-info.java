/**
 * The shapes of what a driver asks an actor to run: constructors, methods with a result and void methods, of up to four
 * arguments. A method or constructor reference travels by name; any other lambda travels by Java serialisation, so what it
 * captures must be serialisable and the class that it is written in must be in the actor's artifacts.
 */
package dev.orrery.function;
