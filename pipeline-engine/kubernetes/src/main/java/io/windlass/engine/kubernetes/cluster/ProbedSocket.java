package io.windlass.engine.kubernetes.cluster;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hears what comes over a WebSocket, sends a ping now and then, and fails the socket when several
 * in a row found nobody: then neither a pong nor anything else has come.
 */
final class ProbedSocket implements WebSocket.Listener {
  /** How many times nothing may come between two pings. */
  private static final int SILENT = 4;

  private final WebSocket.Listener listener;
  private final Duration every;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile long heard = System.nanoTime();

  ProbedSocket(WebSocket.Listener listener, Duration every) {
    this.listener = listener;
    this.every = every;
  }

  @Override
  public void onOpen(WebSocket socket) {
    heard = System.nanoTime();
    later(socket);
    listener.onOpen(socket);
  }

  private void later(WebSocket socket) {
    CompletableFuture.delayedExecutor(every.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> probe(socket));
  }

  private void probe(WebSocket socket) {
    if (over.get() || socket.isInputClosed()) {
      return;
    }
    if (System.nanoTime() - heard < every.toNanos() * SILENT) {
      // One that is still being sent, behind what is large, fails here and does not matter.
      socket.sendPing(ByteBuffer.allocate(0)).exceptionally(_ -> socket);
      later(socket);
    } else if (over.compareAndSet(false, true)) {
      socket.abort();
      listener.onError(
          socket,
          new IOException("nothing has come from the cluster for " + every.multipliedBy(SILENT)));
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
    heard = System.nanoTime();
    return listener.onText(socket, text, last);
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
    heard = System.nanoTime();
    return listener.onBinary(socket, bytes, last);
  }

  @Override
  public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
    heard = System.nanoTime();
    return listener.onPing(socket, message);
  }

  @Override
  public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
    heard = System.nanoTime();
    return listener.onPong(socket, message);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    over.set(true);
    return listener.onClose(socket, status, reason);
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    if (over.compareAndSet(false, true)) {
      listener.onError(socket, failure);
    }
  }
}
