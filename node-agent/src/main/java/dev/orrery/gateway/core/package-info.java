/** What a gateway decides: pure, single-threaded, told the time; its effects are carried out by the package above. */
package dev.orrery.gateway.core;
