package io.windlass.engine.local.proxy;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * A connection that has left HTTP (a WebSocket): bytes both ways, until both sides have ended, one
 * breaks, or neither sends anything for the idle time. A side that is slow to read slows the other
 * one down.
 */
final class Tunnel {

  private static final int BUFFER = 16 * 1024;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Side client;
  private final Side replica;
  private final Consumer<Tunnel> whenClosed;
  private final AtomicInteger open = new AtomicInteger(2);
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param in told how many bytes went from client to replica
   * @param out told how many went back
   * @param whenClosed called once, when neither side is connected any more
   */
  Tunnel(
      EndPoint client,
      EndPoint replica,
      Executor executor,
      ByteBufferPool buffers,
      LongConsumer in,
      LongConsumer out,
      Consumer<Tunnel> whenClosed) {
    this.client = new Side(client, replica, executor, buffers, in);
    this.replica = new Side(replica, client, executor, buffers, out);
    this.whenClosed = whenClosed;
  }

  /** What takes over from HTTP on the client's connection, and then starts both directions. */
  Connection client() {
    return client;
  }

  /**
   * Takes over from HTTP on the replica's connection at once, and reads nothing until the client's
   * side does the same.
   */
  void takeOver(long idleMillis) {
    replica.getEndPoint().setIdleTimeout(idleMillis);
    client.getEndPoint().setIdleTimeout(idleMillis);
    replica.getEndPoint().upgrade(replica);
  }

  /** Closes both sides now. */
  void cut() {
    client.getEndPoint().close();
    replica.getEndPoint().close();
    closed();
  }

  /** One side is done sending; when both are, the tunnel is over. */
  private void ended() {
    if (open.decrementAndGet() == 0) {
      cut();
    }
  }

  private void closed() {
    if (closed.compareAndSet(false, true)) {
      whenClosed.accept(this);
    }
  }

  /** Reads here, writes there. */
  final class Side extends AbstractConnection.NonBlocking implements Connection.UpgradeTo {

    private final EndPoint to;
    private final ByteBufferPool buffers;
    private final LongConsumer count;
    private final IteratingCallback pipe = new Pipe();
    private ByteBuffer early = NOTHING;

    Side(
        EndPoint from, EndPoint to, Executor executor, ByteBufferPool buffers, LongConsumer count) {
      super(from, executor);
      this.to = to;
      this.buffers = buffers;
      this.count = count;
    }

    /** Bytes that came together with the head of the upgrade. */
    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
      early = buffer;
    }

    @Override
    public void onOpen() {
      super.onOpen();
      if (this == client) {
        client.onFillable();
        replica.onFillable();
      }
    }

    @Override
    public void onFillable() {
      pipe.iterate();
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
      cut();
      return false;
    }

    @Override
    public void onClose(Throwable cause) {
      super.onClose(cause);
      cut();
    }

    private final class Pipe extends IteratingCallback {

      private Optional<RetainableByteBuffer> inUse = Optional.empty();

      @Override
      protected Action process() throws Throwable {
        if (early.hasRemaining()) {
          ByteBuffer first = early;
          early = NOTHING;
          count.accept(first.remaining());
          to.write(this, first);
          return Action.SCHEDULED;
        }
        RetainableByteBuffer buffer = buffers.acquire(BUFFER, true);
        inUse = Optional.of(buffer);
        int filled = getEndPoint().fill(buffer.getByteBuffer());
        if (filled > 0) {
          count.accept(filled);
          to.write(this, buffer.getByteBuffer());
          return Action.SCHEDULED;
        }
        release();
        if (filled == 0) {
          fillInterested(this);
          return Action.SCHEDULED;
        }
        to.shutdownOutput();
        ended();
        return Action.SUCCEEDED;
      }

      @Override
      protected void onSuccess() {
        release();
      }

      @Override
      protected void onCompleteFailure(Throwable cause) {
        release();
        cut();
      }

      private void release() {
        Optional<RetainableByteBuffer> done = inUse;
        inUse = Optional.empty();
        done.ifPresent(RetainableByteBuffer::release);
      }

      @Override
      public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
      }
    }
  }
}
