/** What drivers may ask for: validated, and turned into changes of pipeline records. */
package dev.orrery.head.service;
