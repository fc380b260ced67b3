package dev.orrery.agent.process;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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
     * Those of {@code all} that live and are of this launch, but the shim. A session's number alone proves nothing, for it
     * may have been given anew: it counts while its first process is there, or one that is known to belong to it.
     */
    List<ProcessId> strays(Collection<HostProcess> all, Predicate<ProcessId> marked) {
        long begin = shim.map(ProcessId::startTime).orElse(0L);
        List<HostProcess> candidates = all.stream()
                .filter(process -> process.alive() && process.id().startTime() >= begin)
                .filter(process -> !Optional.of(process.id()).equals(shim))
                .toList();
        List<HostProcess> own = candidates.stream()
                .filter(process -> Optional.of(process.id()).equals(worker) || marked.test(process.id()))
                .toList();
        boolean ours =
                all.stream().anyMatch(process -> Optional.of(process.id()).equals(shim))
                        || own.stream().anyMatch(this::isOfSession);
        return candidates.stream()
                .filter(process -> own.contains(process) || (ours && isOfSession(process)))
                .map(HostProcess::id)
                .toList();
    }

    private boolean isOfSession(HostProcess process) {
        return shim.filter(leader -> leader.pid() == process.session()).isPresent();
    }
}
