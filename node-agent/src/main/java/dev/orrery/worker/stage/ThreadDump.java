package dev.orrery.worker.stage;

import java.util.Map;

/** Stacks in words, for the log. */
final class ThreadDump {
    private ThreadDump() {}

    static String ofAllThreads() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            text.append(of(each.getKey(), each.getValue())).append('\n');
        }
        return text.toString();
    }

    static String of(Thread thread, StackTraceElement[] stack) {
        StringBuilder text = new StringBuilder("\"" + thread.getName() + "\" " + thread.getState() + "\n");
        for (StackTraceElement frame : stack) {
            text.append("\tat ").append(frame).append('\n');
        }
        return text.toString();
    }
}
