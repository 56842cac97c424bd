namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Dead letters that one operation made available again and that were not handed out yet.</summary>
/// <param name="AfterOffset">The queue's end when the first of them came: first deliveries before that go first.</param>
/// <param name="Places">The dead letters.</param>
/// <param name="Operation">The operation's number; 0: an earlier version redrove them, and knew of none.</param>
internal sealed record RedriveBatch(long AfterOffset, Places Places, ulong Operation);
