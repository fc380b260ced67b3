package dev.orrery.examples.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/** What is on its way between a head and a node, by numbers. In no order: it may have been sent over several connections. */
public final class LinkPart {
    /** A report, and the connection over which it was sent. */
    public record Mail(int report, int connection) {}

    public record Link(List<Mail> reports, List<Integer> sets) {}

    private final int limit;
    private final Interner<Link> links = new Interner<>();
    private final Values<Mail> mails = new Values<>();
    private final NumberMemo changed = new NumberMemo();

    /** @param limit messages of each direction; a further one takes the place of the oldest */
    public LinkPart(int limit) {
        this.limit = limit;
    }

    public int empty() {
        return links.number(new Link(List.of(), List.of()));
    }

    public Link link(int number) {
        return links.value(number);
    }

    public int withReport(int link, Mail mail) {
        return changed.get(
                link,
                0,
                mails.number(mail),
                () -> links.number(
                        new Link(with(link(link).reports(), mail), link(link).sets())));
    }

    public int withoutReport(int link, Mail mail) {
        return changed.get(
                link,
                1,
                mails.number(mail),
                () -> links.number(
                        new Link(without(link(link).reports(), mail), link(link).sets())));
    }

    public int withSet(int link, int set) {
        return changed.get(
                link,
                2,
                set,
                () -> links.number(
                        new Link(link(link).reports(), with(link(link).sets(), set))));
    }

    public int withoutSet(int link, int set) {
        return changed.get(
                link,
                3,
                set,
                () -> links.number(
                        new Link(link(link).reports(), without(link(link).sets(), set))));
    }

    /** With other reports in the place of its own. */
    public int withReports(int link, IntUnaryOperator other) {
        Link before = link(link);
        List<Mail> reports = before.reports().stream()
                .map(mail -> new Mail(other.applyAsInt(mail.report()), mail.connection()))
                .toList();
        return links.number(new Link(reports, before.sets()));
    }

    /** Without the reports that are not to be kept. */
    public int keepReports(int link, Predicate<Mail> which) {
        Link before = link(link);
        return links.number(new Link(before.reports().stream().filter(which).toList(), before.sets()));
    }

    /** Without the sets that are not to be kept. */
    public int keepSets(int link, IntPredicate which) {
        Link before = link(link);
        List<Integer> kept = before.sets().stream().filter(which::test).toList();
        return links.number(new Link(before.reports(), kept));
    }

    private <T> List<T> with(List<T> all, T added) {
        List<T> more = new ArrayList<>(without(all, added));
        more.add(added);
        return List.copyOf(more.subList(Math.max(0, more.size() - limit), more.size()));
    }

    private static <T> List<T> without(List<T> all, T removed) {
        return all.stream().filter(one -> !one.equals(removed)).toList();
    }
}
