package io.windlass.engine.journal;

/** A machine threw where it should have answered; nothing of the event was kept. */
public final class MachineException extends RuntimeException {
  MachineException(String message) {
    super(message);
  }

  MachineException(String message, Throwable cause) {
    super(message, cause);
  }
}
