package dev.orrery.examples.it;

/** An actor that prints. */
public class Crier {
    private final String name;

    public Crier(String name) {
        this.name = name;
    }

    public int cry(String text) {
        System.out.println(name + " cries " + text);
        return text.length();
    }

    public void complain(String text) {
        System.err.println(name + " complains " + text);
    }

    /** So many lines, which begin with a number. */
    public void chant(int lines) {
        StringBuilder song = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            song.append(i).append(" of ").append(name).append('\n');
        }
        System.out.print(song);
        System.out.flush();
    }

    /** As a task. */
    public static int call(String text) {
        System.out.println("a task calls " + text);
        return text.length();
    }
}
