package io.windlass.webhooks.delivery;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What becomes of a delivery, with the reason where nothing does. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
public sealed interface Fate {
  /** It was handed to its repository, which decides. */
  record HandedOn() implements Fate {}

  /** GitHub tried the address. */
  record Answered() implements Fate {}

  /** It asks nothing of us. */
  record Ignored(String reason) implements Fate {}

  /** It is not what GitHub sends. */
  record Malformed(String reason) implements Fate {}

  /** In one word, as the page shows it. */
  default String word() {
    return switch (this) {
      case HandedOn _ -> "accepted";
      case Answered _ -> "answered";
      case Ignored _ -> "ignored";
      case Malformed _ -> "malformed";
    };
  }

  /** The reason in words; empty where none is needed. */
  default String reason() {
    return switch (this) {
      case HandedOn _, Answered _ -> "";
      case Ignored(String why) -> why;
      case Malformed(String why) -> why;
    };
  }
}
