package io.windlass.scaler.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.FleetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link SignalSource} promises; an adapter's test extends this. */
public abstract class SignalSourceContract {
  private static final FleetId NOWHERE = FleetId.parse("nobody/nothing/nowhere/web");

  /** A source that has data for {@link #known()}; the same at every call within a test. */
  protected abstract SignalSource source() throws Exception;

  /** A query that the source can answer. */
  protected abstract SignalQuery known() throws Exception;

  /** Makes whatever the source measures with unreachable. */
  protected abstract void cutOff() throws Exception;

  /** The clock that the source's samples are read against. */
  protected Instant now() {
    return Instant.now();
  }

  @Test
  public void answers_nothing_with_nothing() throws Exception {
    assertThat(source().read(List.of(), now())).isEmpty();
  }

  @Test
  public void answers_a_query_that_it_can() throws Exception {
    assertThat(source().read(List.of(known()), now()).getFirst())
        .isNotInstanceOf(Reading.Missing.class);
  }

  @Test
  public void answers_each_query_in_its_place() throws Exception {
    SignalQuery unknown = SignalQuery.of(NOWHERE, new Signal.Cpu(), Duration.ofSeconds(30));
    List<SignalQuery> queries = List.of(unknown, known(), unknown, known());

    List<Reading> readings = source().read(queries, now());

    assertThat(readings).extracting(Reading::query).isEqualTo(queries);
    assertThat(readings.get(0)).isInstanceOf(Reading.Missing.class);
    assertThat(readings.get(1)).isNotInstanceOf(Reading.Missing.class);
  }

  @Test
  public void says_why_it_has_no_data_of_a_fleet_that_it_does_not_know() throws Exception {
    SignalQuery unknown = SignalQuery.of(NOWHERE, new Signal.Requests(), Duration.ofSeconds(30));

    Reading reading = source().read(List.of(unknown), now()).getFirst();

    assertThat(reading)
        .isInstanceOfSatisfying(
            Reading.Missing.class, missing -> assertThat(missing.reason()).isNotBlank());
  }

  @Test
  public void gives_no_sample_from_the_future() throws Exception {
    Instant latest = now().plusSeconds(5);

    switch (source().read(List.of(known()), now()).getFirst()) {
      case Reading.PerReplica each ->
          assertThat(each.samples().values())
              .allSatisfy(s -> assertThat(s.at()).isBeforeOrEqualTo(latest));
      case Reading.Total total -> assertThat(total.sample().at()).isBeforeOrEqualTo(latest);
      case Reading.Missing missing ->
          assertThat(missing.reason()).as("it had data before").isEmpty();
    }
  }

  @Test
  public void is_missing_and_does_not_throw_when_cut_off() throws Exception {
    SignalSource source = source();
    SignalQuery query = known();
    cutOff();

    assertThat(source.read(List.of(query, query), now()))
        .hasSize(2)
        .allSatisfy(reading -> assertThat(reading).isInstanceOf(Reading.Missing.class));
  }
}
