package dev.orrery.examples.actors;

import dev.orrery.ActorContext;
import dev.orrery.ActorRef;
import dev.orrery.ContextAware;
import java.util.Map;
import java.util.TreeMap;

/** A caller of the {@link Ledger}: finds it by name, and keeps what it entered until it is told that nobody needs it any more. */
public final class Clerk implements ContextAware {
    private final String name;
    private final Map<Integer, Integer> entered = new TreeMap<>();
    private ActorContext context;
    private long knownLife;

    public Clerk(String name) {
        this.name = name;
    }

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** Enters its amounts from one number to another, one after the other; returns how many it has entered in all. */
    public int enter(String ledgerName, int first, int last) {
        ActorRef<Ledger> ledger = context.orrery().actor(ledgerName, Ledger.class);
        for (int number = first; number <= last; number++) {
            int amount = amount(number);
            long life = ledger.call(Ledger::enter, name, number, amount).join();
            entered.put(number, amount);
            enterAgain(ledger, life);
        }
        return entered.size();
    }

    /** Makes sure that the present life has all; returns which one that is. */
    public long settle(String ledgerName) {
        ActorRef<Ledger> ledger = context.orrery().actor(ledgerName, Ledger.class);
        enterAgain(ledger, ledger.call(Ledger::life).join());
        return knownLife;
    }

    /** A life that it did not know has nothing of what it entered before. */
    private void enterAgain(ActorRef<Ledger> ledger, long life) {
        long present = life;
        while (present != knownLife) {
            knownLife = present;
            present = ledger.call(Ledger::enterAll, name, entered).join();
        }
    }

    static int amount(int number) {
        return number * number % 101;
    }
}
