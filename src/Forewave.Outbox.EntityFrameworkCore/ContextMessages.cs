using Microsoft.EntityFrameworkCore;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>
/// The messages of a context in one of its lives: a pool lends a context again and again. A message goes the way of the changes that it is
/// saved with. Not thread-safe, as the context.
/// </summary>
/// <param name="life">The context's id, which is another one each time a pool lends it.</param>
internal sealed class ContextMessages(DbContextId life)
{
    private readonly List<AddedMessage> _added = [];

    public DbContextId Life => life;

    /// <summary>What the context had, where saving has set another one for as long as it lasts; null: it has not.</summary>
    public AutoTransactionBehavior? Before { get; set; }

    /// <summary>Messages are to be written in Entity Framework's own transaction, when it is about to commit.</summary>
    public bool WritesAtCommit { get; set; }

    /// <summary>A transaction that may have messages without their changes, and is not to commit; null: there is none.</summary>
    public Guid? Broken { get; set; }

    /// <summary>What is to be written.</summary>
    public IReadOnlyList<AddedMessage> Unwritten => [.. _added.Where(one => one.WrittenIn is null)];

    public void Add(AddedMessage message) => _added.Add(message);

    public void Clear() => _added.Clear();

    /// <summary>A transaction is used, or none: another one, of which no end was told, has not committed.</summary>
    public void Use(Guid? transaction)
    {
        foreach (Guid other in _added.Select(one => one.WrittenIn).OfType<Guid>().Where(other => other != transaction).Distinct().ToList())
        {
            RolledBack(other);
        }
    }

    /// <summary>Whether the saving that is under way has written messages in a transaction.</summary>
    public bool IsSavingIn(Guid transaction) => _added.Exists(one => one.WrittenIn == transaction && one.With == SavedWith.NotYet);

    /// <summary>Saving has succeeded in a transaction of the program.</summary>
    public void Saved(Guid transaction, SavedWith with)
    {
        foreach (AddedMessage one in _added.Where(one => one.WrittenIn == transaction && one.With == SavedWith.NotYet))
        {
            one.With = with;
        }
    }

    /// <summary>The saving that was under way in a transaction is taken back.</summary>
    public void TakeBack(Guid transaction)
    {
        foreach (AddedMessage one in _added.Where(one => one.WrittenIn == transaction && one.With == SavedWith.NotYet))
        {
            one.TakeBack();
        }
    }

    public void Committed(Guid transaction) => _added.RemoveAll(one => one.WrittenIn == transaction);

    /// <summary>The program has given a transaction up: what the context takes for saved is not saved again.</summary>
    public void RolledBack(Guid transaction) => End(transaction, one => one.With is SavedWith.Changes or SavedWith.Nothing);

    /// <summary>The database has refused to commit: as above, but messages by themselves are saved when the program tries again.</summary>
    public void NotCommitted(Guid transaction) => End(transaction, one => one.With is SavedWith.Changes);

    private void End(Guid transaction, Predicate<AddedMessage> goes)
    {
        _added.RemoveAll(one => one.WrittenIn == transaction && goes(one));
        foreach (AddedMessage one in _added.Where(one => one.WrittenIn == transaction))
        {
            one.TakeBack();
        }
    }
}
