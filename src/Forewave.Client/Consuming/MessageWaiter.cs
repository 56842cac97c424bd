namespace Forewave.Client.Consuming;

/// <summary>Somebody who waits for a message. As a piece of work it is that they go on.</summary>
internal sealed class MessageWaiter : TaskCompletionSource, IThreadPoolWorkItem
{
    public MessageWaiter() => Place = new LinkedListNode<MessageWaiter>(this);

    /// <summary>Its place in the line; in none when it was woken, or has left.</summary>
    public LinkedListNode<MessageWaiter> Place { get; }

    void IThreadPoolWorkItem.Execute() => TrySetResult();
}
