using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>A message that a program has added to a context. The context's alone.</summary>
internal sealed class AddedMessage(QueueName queue, Message message)
{
    public QueueName Queue => queue;

    public Message Message => message;

    /// <summary>In which transaction it is written, whose end is not known yet; null: in none.</summary>
    public Guid? WrittenIn { get; private set; }

    /// <summary>With what it is written there.</summary>
    public SavedWith With { get; set; }

    public void WriteIn(Guid transaction) => (WrittenIn, With) = (transaction, SavedWith.NotYet);

    public void TakeBack() => (WrittenIn, With) = (null, SavedWith.NotYet);
}
