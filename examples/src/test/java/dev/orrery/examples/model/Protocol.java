package dev.orrery.examples.model;

import java.util.List;

/** Something that moves by steps from state to state. A state is a row of numbers; equal rows are equal states. */
public interface Protocol {
    int[] initial();

    /** Offers everything that can happen next. */
    void next(int[] state, Steps steps);

    /** The step for people, on one line. */
    String describe(int[] before, Step step);

    /** What can happen next is written here. */
    interface Steps {
        void step(Step step);
    }

    /** One thing that can happen. */
    final class Step {
        private final Enum<?> event;
        private final int who;
        private final int what;
        private final int[] after;
        private final List<String> violations;

        /**
         * @param event what happens
         * @param who the first it happens to; what is counted depends on the event
         * @param what the second
         * @param after the state it leads to; handed over
         * @param violations what must not be and is, if so
         */
        public Step(Enum<?> event, int who, int what, int[] after, List<String> violations) {
            this.event = event;
            this.who = who;
            this.what = what;
            this.after = after;
            this.violations = violations;
        }

        public Enum<?> event() {
            return event;
        }

        public int who() {
            return who;
        }

        public int what() {
            return what;
        }

        public int[] after() {
            return after;
        }

        public List<String> violations() {
            return violations;
        }
    }
}
