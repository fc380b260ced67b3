package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.GuestReport;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import java.util.HashMap;
import java.util.Map;

/** What a node says of each life: of a guest as if the worker that it shares were its own. */
final class GuestReports {
    private GuestReports() {}

    static Map<ActorLife, WorkerReport> lives(NodeReport report) {
        Map<ActorLife, WorkerReport> lives = new HashMap<>();
        for (WorkerReport worker : report.getWorkersList()) {
            worker.getGuestsList().forEach(guest -> lives.put(guest.getLife(), of(worker, guest)));
            lives.put(worker.getLife(), worker);
        }
        return lives;
    }

    private static WorkerReport of(WorkerReport worker, GuestReport guest) {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(guest.getLife())
                .setPid(worker.getPid())
                .setState(guest.getState())
                .setDataAddress(worker.getDataAddress())
                .setRpcAddress(worker.getRpcAddress())
                .setLogPath(worker.getLogPath())
                .setLendsCpus(guest.getLendsCpus());
        if (guest.hasFailure()) {
            report.setFailure(guest.getFailure());
        }
        return report.build();
    }
}
