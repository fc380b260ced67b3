/** What a node agent tells a worker at its launch, through a file in the worker's folder. */
package dev.orrery.worker.launch;
