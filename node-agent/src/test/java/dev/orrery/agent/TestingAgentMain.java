package dev.orrery.agent;

/** An agent whose workers are {@link TestingWorkerMain}, and which looks for GPUs by {@link TestingProbeMain}. */
final class TestingAgentMain {
    private TestingAgentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        AgentMain.main(
                arguments, new AgentMain.Mains(TestingWorkerMain.class.getName(), TestingProbeMain.class.getName()));
    }
}
