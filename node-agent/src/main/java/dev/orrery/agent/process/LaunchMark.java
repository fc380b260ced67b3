package dev.orrery.agent.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What tells the processes of one launch from all others: they are of the session that its shim began, or carry its nonce in
 * their environment, as all do that its worker starts, unless they are given another one.
 *
 * @param shim empty when it never said that it began
 */
public record LaunchMark(String nonce, Optional<ProcessId> shim, Optional<ProcessId> worker) {
    /** Of the environment. */
    public static final String VARIABLE = "ORRERY_LAUNCH";

    /**
     * What a look has found.
     *
     * @param strays of the launch
     * @param unclear whether some process could not be looked into, and may be of the launch
     */
    record Found(List<ProcessId> strays, boolean unclear) {
        static final Found NOTHING = new Found(List.of(), false);
    }

    /**
     * Those of {@code all} that live and are of this launch, but the shim. A session's number alone proves nothing, for it
     * may have been given anew: it counts while its first process is there, or one that is known to belong to it.
     */
    Found strays(Collection<HostProcess> all, Function<ProcessId, Marked> marked) {
        long begin = shim.map(ProcessId::startTime).orElse(0L);
        List<HostProcess> candidates = all.stream()
                .filter(process -> process.alive() && process.id().startTime() >= begin)
                .filter(process -> !Optional.of(process.id()).equals(shim))
                .toList();
        List<HostProcess> own = new ArrayList<>();
        List<HostProcess> unknown = new ArrayList<>();
        for (HostProcess process : candidates) {
            Marked mark = Optional.of(process.id()).equals(worker) ? Marked.YES : marked.apply(process.id());
            switch (mark) {
                case YES -> own.add(process);
                case UNKNOWN -> unknown.add(process);
                case NO -> {}
            }
        }
        boolean ours =
                all.stream().anyMatch(process -> Optional.of(process.id()).equals(shim))
                        || own.stream().anyMatch(this::isOfSession);
        List<HostProcess> strays = candidates.stream()
                .filter(process -> own.contains(process) || (ours && isOfSession(process)))
                .toList();
        return new Found(
                strays.stream().map(HostProcess::id).toList(),
                unknown.stream().anyMatch(process -> !strays.contains(process)));
    }

    private boolean isOfSession(HostProcess process) {
        return shim.filter(leader -> leader.pid() == process.session()).isPresent();
    }
}
