package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PaceTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofMinutes(2);

  @Test
  void whatComesInTimeIsCopied() throws Exception {
    var to = new ByteArrayOutputStream();

    long copied =
        new Pace(1, LONG, LONG).copy(new ByteArrayInputStream(new byte[200_000]), to, 200_000);

    assertThat(copied).isEqualTo(200_000);
    assertThat(to.size()).isEqualTo(200_000);
  }

  @Test
  void ofWhatIsTooLargeNoMoreThanTheMostIsKept() throws Exception {
    var to = new ByteArrayOutputStream();

    long copied =
        new Pace(1, LONG, LONG).copy(new ByteArrayInputStream(new byte[200_000]), to, 100_000);

    assertThat(copied).isGreaterThan(100_000);
    assertThat(to.size()).isLessThanOrEqualTo(100_000);
  }

  @Test
  void aStreamThatAllButStandsStillIsBrokenOff() throws Exception {
    try (var pod = new PipedOutputStream();
        var from = new PipedInputStream(pod)) {
      pod.write('x'); // and not a byte more

      assertThatThrownBy(() ->
              new Pace(2, SHORT, LONG).copy(from, new ByteArrayOutputStream(), Long.MAX_VALUE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("too slow")
          .hasMessageContaining("in 20ms");
    }
  }

  @Test
  void whatKeepsThePaceButTakesTooLongIsBrokenOffAndItsThreadInterrupted() throws Exception {
    var interrupted = new CountDownLatch(1);
    var moved = new AtomicLong();

    assertThatThrownBy(() ->
            new Pace(1, SHORT, Duration.ofMillis(100))
                .keep(
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } finally {
                        interrupted.countDown();
                      }
                    },
                    moved::incrementAndGet))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it has taken 100ms");

    interrupted.await();
  }

  @Test
  void whatGoesWrongIsSaidAsItIs() {
    var broken = new IOException("broken off");

    assertThatThrownBy(() ->
            new Pace(1, LONG, LONG)
                .keep(
                    () -> {
                      throw broken;
                    },
                    () -> 0))
        .isSameAs(broken);
  }
}
