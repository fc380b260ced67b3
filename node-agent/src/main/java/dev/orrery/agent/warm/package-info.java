/** A few JVMs that are started before anybody needs them, so that a life that is to be replaced serves again at once. */
package dev.orrery.agent.warm;
