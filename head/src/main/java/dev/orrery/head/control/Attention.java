package dev.orrery.head.control;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Restless;
import dev.orrery.head.reconcile.Scope;
import dev.orrery.head.reconcile.Write;
import dev.orrery.internal.proto.ActorLife;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which pipelines the next plan is to look at: those of which something new is known at once; with each tick some of those
 * that are on their way somewhere, for which time may have come; and some of all others, so that nothing rests on the first
 * two being complete. Where there are few, that is all of them with each tick.
 */
final class Attention {
    private final ControlOptions options;
    private boolean everything = true;
    private final Set<String> news = new HashSet<>();
    private final NavigableSet<String> restless = new TreeSet<>();
    private String lastRestless = "";
    private String lastOther = "";

    Attention(ControlOptions options) {
        this.options = options;
    }

    /** Anything may be other than before. */
    void all() {
        everything = true;
    }

    /** These lives of the node are told of anew. */
    void reported(Records records, Set<ActorLife> lives) {
        lives.forEach(life ->
                records.actor(life.getActor()).map(ActorRecord::getPipeline).ifPresent(news::add));
    }

    /** The node works towards another set, which may end the wait for a life of which it reports nothing. */
    void moved(ClusterState state, String node) {
        for (ActorRecord actor : state.records().actorsOn(node)) {
            boolean runs = Lives.isAlive(actor)
                    && state.observed().worker(node, Lives.lifeOf(actor)).isPresent();
            if (!runs) {
                news.add(actor.getPipeline());
            }
        }
    }

    /** Time has passed. */
    void tick(Records records) {
        lastRestless = some(restless, lastRestless, options.restlessPerTick());
        NavigableSet<String> names = records.pipelines().stream()
                .map(PipelineRecord::getSpec)
                .map(spec -> spec.getName())
                .collect(Collectors.toCollection(TreeSet::new));
        names.add(Scope.PLAIN);
        lastOther = some(names, lastOther, options.othersPerTick());
    }

    /** The next few after {@code last}, round and round; returns the last of them. */
    private String some(NavigableSet<String> names, String last, int count) {
        String at = last;
        Iterator<String> after = names.tailSet(last, false).iterator();
        Iterator<String> first = names.headSet(last, true).iterator();
        for (int i = 0; i < count && (after.hasNext() || first.hasNext()); i++) {
            at = after.hasNext() ? after.next() : first.next();
            news.add(at);
        }
        return at;
    }

    /** What has to be looked at now; the next call begins anew. */
    Scope take() {
        Scope scope = everything ? Scope.everything() : Scope.of(news);
        everything = false;
        news.clear();
        return scope;
    }

    /** A plan looked at these, and {@code writes} came of it. */
    void planned(ClusterState state, Collection<String> names, List<Write> writes) {
        writes.stream().filter(Write::isPlannedBy).map(Write::pipeline).forEach(news::add);
        for (String name : names) {
            if (Restless.is(state, name)) {
                restless.add(name);
            } else {
                restless.remove(name);
            }
        }
    }
}
