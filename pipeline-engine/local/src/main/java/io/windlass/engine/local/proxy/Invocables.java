package io.windlass.engine.local.proxy;

import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** Work that tells Jetty that it never waits, so that it may run on a selector's thread. */
final class Invocables {

  private Invocables() {}

  static Runnable nonBlocking(Runnable work) {
    return Invocable.from(Invocable.InvocationType.NON_BLOCKING, work);
  }

  static Callback callback(Runnable succeeded, Consumer<Throwable> failed) {
    return Callback.from(Invocable.InvocationType.NON_BLOCKING, succeeded, failed);
  }
}
