package dev.orrery.testing;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hop between two ends of TCP connections that can fall silent, as a cut cable does, or cut what goes through it. */
public final class TestingProxy implements AutoCloseable {
    private static final int CHUNK = 64 << 10;

    private final HostPort target;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(new NamedThreads("testing-proxy"));
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private boolean silent;

    public TestingProxy(HostPort target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                Socket far = new Socket(target.host(), target.port());
                sockets.add(near);
                sockets.add(far);
                threads.execute(() -> pump(near, far));
                threads.execute(() -> pump(far, near));
            }
        } catch (IOException e) {
            close();
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK];
        try (from;
                to) {
            int length = from.getInputStream().read(chunk);
            while (length >= 0) {
                awaitVoice();
                to.getOutputStream().write(chunk, 0, length);
                length = from.getInputStream().read(chunk);
            }
        } catch (IOException | InterruptedException e) {
            // One of the two ends is gone, which try tells the other.
        }
    }

    private synchronized void awaitVoice() throws InterruptedException {
        while (silent) {
            wait();
        }
    }

    /** From now on nothing goes through; no end sees its connection close. */
    public synchronized void fallSilent() {
        silent = true;
    }

    /** Closes the connections under way at both ends; new ones are taken. */
    public void cut() {
        for (Socket socket : sockets) {
            closeQuietly(socket);
        }
        sockets.clear();
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        closeQuietly(listener);
        cut();
        threads.shutdownNow();
    }
}
