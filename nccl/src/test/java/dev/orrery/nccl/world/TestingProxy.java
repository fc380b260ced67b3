package dev.orrery.nccl.world;

import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Stands before a member's port. When frozen it takes bytes and passes none on, as a network that loses everything. */
final class TestingProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocket server;
    private final HostPort target;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean frozen;
    private boolean closed;
    private int connections;
    private long untilFrozen = Long.MAX_VALUE;

    TestingProxy(HostPort target) {
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.target = target;
        begin(this::acceptAll, "accept");
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getLocalPort());
    }

    synchronized int connections() {
        return connections;
    }

    private static void begin(Runnable body, String what) {
        Thread thread = new Thread(body, "test-proxy-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket from = server.accept();
                Socket to = new Socket(target.host(), target.port());
                synchronized (this) {
                    connections++;
                    sockets.add(from);
                    sockets.add(to);
                }
                begin(() -> pass(from, to), "there");
                begin(() -> pass(to, from), "back");
            }
        } catch (IOException e) {
            closeAll();
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                count(n);
                awaitThaw();
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException | InterruptedException e) {
            closeBoth(from, to);
        }
    }

    private synchronized void awaitThaw() throws InterruptedException {
        while (frozen && !closed) {
            wait();
        }
    }

    private synchronized void count(int bytes) {
        untilFrozen -= bytes;
        frozen |= untilFrozen < 0;
    }

    /** Passes that many bytes on first. */
    synchronized void freezeAfter(long bytes) {
        untilFrozen = bytes;
    }

    synchronized void freeze() {
        frozen = true;
    }

    private static void closeBoth(Socket one, Socket other) {
        try (one;
                other) {
            one.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is closed already.
            return;
        }
    }

    synchronized void closeAll() {
        closed = true;
        notifyAll();
        for (Socket socket : sockets) {
            closeBoth(socket, socket);
        }
        sockets.clear();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closeAll();
        }
    }
}
