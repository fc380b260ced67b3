package dev.orrery.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Finds what the file behind {@code --cuda-lib} says, one line each; {@code exit 3}, {@code die} and {@code hang} do that. */
final class TestingProbeMain {
    private TestingProbeMain() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        System.out.println("arguments " + given);
        Path script = Path.of(given.get(given.indexOf("--cuda-lib") + 1));
        for (String line : Files.readAllLines(script)) {
            if (line.startsWith("exit ")) {
                System.err.println("java: symbol lookup error: libnccl.so.2: undefined symbol: cuMemMap");
                System.err.println("something else");
                System.exit(Integer.parseInt(line.substring("exit ".length())));
            } else if (line.equals("die")) {
                new ProcessBuilder(
                                "kill",
                                "-SEGV",
                                Long.toString(ProcessHandle.current().pid()))
                        .start()
                        .waitFor();
                new CountDownLatch(1).await();
            } else if (line.equals("hang")) {
                System.err.println("looking for devices");
                new CountDownLatch(1).await();
            } else {
                System.out.println(line);
            }
        }
    }
}
