package io.windlass.scaler.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What every {@link Fleet} promises; an adapter's test extends this. */
public abstract class FleetContract {
  /**
   * A fleet that its target knows, of two wanted replicas; the same at every call within a test.
   */
  protected abstract Fleet fleet() throws Exception;

  /** Makes the target unreachable for the fleet. */
  protected abstract void cutOff() throws Exception;

  @Test
  public void describes_itself_under_its_own_name() throws Exception {
    FleetState state = fleet().state();

    assertThat(state.id()).isEqualTo(fleet().id());
    assertThat(state.wanted()).isEqualTo(2);
  }

  @Test
  public void wants_what_it_was_resized_to() throws Exception {
    fleet().resize(4, "Grows from 2 to 4 replicas: a test.");

    assertThat(fleet().state().wanted()).isEqualTo(4);

    fleet().resize(1, "Shrinks from 4 to 1 replica: a test.");

    assertThat(fleet().state().wanted()).isEqualTo(1);
  }

  @Test
  public void takes_the_same_size_twice() throws Exception {
    fleet().resize(3, "Grows from 2 to 3 replicas: a test.");
    fleet().resize(3, "Grows from 2 to 3 replicas: a test.");

    assertThat(fleet().state().wanted()).isEqualTo(3);
  }

  @Test
  public void can_be_emptied() throws Exception {
    fleet().resize(0, "Shrinks from 2 to 0 replicas: a test.");

    assertThat(fleet().state().wanted()).isZero();
  }

  @Test
  public void names_its_replicas_apart() throws Exception {
    fleet().resize(3, "Grows from 2 to 3 replicas: a test.");

    assertThat(fleet().state().replicas()).extracting(Replica::id).doesNotHaveDuplicates();
  }

  @Test
  public void refuses_a_negative_size_and_keeps_its_own() throws Exception {
    Fleet fleet = fleet();

    assertThatThrownBy(() -> fleet.resize(-1, "a test"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(fleet.state().wanted()).isEqualTo(2);
  }

  @Test
  public void says_so_when_its_target_is_out_of_reach() throws Exception {
    Fleet fleet = fleet();
    cutOff();

    assertThatThrownBy(fleet::state)
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("Tried to ");
    assertThatThrownBy(() -> fleet.resize(3, "a test"))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("Tried to ");
  }
}
