namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Dead letters that one command made available again and that were not handed out yet.</summary>
/// <param name="AfterOffset">The queue's end when it came: first deliveries before that go first.</param>
/// <param name="Places">The dead letters.</param>
internal sealed record RedriveBatch(long AfterOffset, Places Places);
