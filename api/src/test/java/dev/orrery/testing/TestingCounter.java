package dev.orrery.testing;

/** An actor of a user's. Public, because references to what is not public make javac warn. */
public class TestingCounter {
    private int value;

    public TestingCounter() {}

    public TestingCounter(int start) {
        value = start;
    }

    public static TestingCounter from(int start) {
        return new TestingCounter(start);
    }

    public int add(int more) {
        value += more;
        return value;
    }

    public static int addTo(TestingCounter counter, int more) {
        return counter.add(more);
    }

    public void set(int next) {
        value = next;
    }

    public void reset() {
        value = 0;
    }

    public String join(String a, Integer b, Long c, Double d) {
        return a + b + c + d + value;
    }
}
