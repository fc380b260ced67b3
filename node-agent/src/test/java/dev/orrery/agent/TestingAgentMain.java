package dev.orrery.agent;

/** An agent whose workers are {@link TestingWorkerMain}. */
final class TestingAgentMain {
    private TestingAgentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        AgentMain.main(arguments, TestingWorkerMain.class.getName());
    }
}
