using System.Data.Common;
using System.Transactions;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>
/// Writes the messages of <see cref="OutboxContext.AddMessage"/> into the outbox when their context is saved. One for all contexts of a
/// database: thread-safe. Where the context has a transaction the messages are written in it and exist when it commits, which it is to do
/// through the context (<c>IDbContextTransaction</c>). Else they are written in the transaction in which Entity Framework saves the changes, when it is about
/// to commit; an execution strategy that tries saving again writes them again.
/// <para>Saving has to be asynchronous where there are messages: the synchronous way would block on the database. Ambient transactions
/// (<c>TransactionScope</c>) and enlisted ones are refused.</para>
/// </summary>
/// <param name="writer">Where they are written.</param>
public sealed class OutboxInterceptor(OutboxWriter writer) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private const string Savepoint = "forewave_outbox";
    private const string CommitAction = "Commit";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The context has messages: save it with <c>SaveChangesAsync</c>.</exception>
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return eventData.Context is { } context && UnwrittenOf(context) is { Count: > 0 }
            ? throw new InvalidOperationException("A context with messages for the outbox is saved with SaveChangesAsync.")
            : result;
    }

    /// <inheritdoc/>
    /// <exception cref="ForewaveException">A message breaks a limit: nothing is saved.</exception>
    /// <exception cref="InvalidOperationException">The context has messages, and a transaction that is ambient or enlisted.</exception>
    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        if (result.HasResult || eventData.Context is not { } context || UnwrittenOf(context) is not { Count: > 0 })
        {
            return result;
        }

        ContextMessages messages = OutboxContext.MessagesOf(context)!;
        if (context.Database.CurrentTransaction is { } around)
        {
            await WriteInAsync(around, messages, cancellationToken).ConfigureAwait(false);
            return result;
        }

        if (Transaction.Current is not null || context.Database.GetEnlistedTransaction() is not null)
        {
            throw new InvalidOperationException("A context with messages for the outbox is saved in a transaction of its own or of DatabaseFacade.BeginTransaction, not in an ambient or enlisted one.");
        }

        // Entity Framework saves one statement without a transaction, unless it is told to.
        messages.Before ??= context.Database.AutoTransactionBehavior;
        messages.WritesAtCommit = true;
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        return result;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        if (eventData.Context is not { } context || OutboxContext.MessagesOf(context) is not { } messages)
        {
            return result;
        }

        if (messages.WritesAtCommit)
        {
            Restore(context, messages);
            if (messages.Unwritten.Count > 0)
            {
                // There were no changes, so there was no transaction.
                await context.Database.CreateExecutionStrategy().ExecuteAsync(() => WriteAloneAsync(context, messages, cancellationToken)).ConfigureAwait(false);
            }
        }
        else if (context.Database.CurrentTransaction is { } around && messages.IsSavingIn(around.TransactionId))
        {
            bool keeps = context.ChangeTracker.HasChanges();
            messages.Saved(around.TransactionId, keeps ? SavedWith.KeptChanges : result > 0 ? SavedWith.Changes : SavedWith.Nothing);
        }

        return result;
    }

    /// <inheritdoc/>
    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return FailedAsync(eventData.Context);
    }

    /// <inheritdoc/>
    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return FailedAsync(eventData.Context);
    }

    InterceptionResult IDbTransactionInterceptor.TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        CheckCommit(eventData);
        return result;
    }

    async ValueTask<InterceptionResult> IDbTransactionInterceptor.TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken)
    {
        CheckCommit(eventData);
        if (MessagesOf(eventData) is not { WritesAtCommit: true } messages)
        {
            return result;
        }

        if (result.IsSuppressed)
        {
            throw new InvalidOperationException("Another interceptor has committed before the messages for the outbox were written.");
        }

        messages.Use(eventData.TransactionId);
        await WriteAsync((transaction, eventData.TransactionId), messages, cancellationToken).ConfigureAwait(false);
        // A commit that is broken off may have happened or not: it is not.
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return InterceptionResult.Suppress();
    }

    void IDbTransactionInterceptor.TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        MessagesOf(eventData)?.Committed(eventData.TransactionId);

    Task IDbTransactionInterceptor.TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken)
    {
        MessagesOf(eventData)?.Committed(eventData.TransactionId);
        return Task.CompletedTask;
    }

    void IDbTransactionInterceptor.TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) =>
        MessagesOf(eventData)?.RolledBack(eventData.TransactionId);

    Task IDbTransactionInterceptor.TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken)
    {
        MessagesOf(eventData)?.RolledBack(eventData.TransactionId);
        return Task.CompletedTask;
    }

    void IDbTransactionInterceptor.TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Failed(eventData);

    Task IDbTransactionInterceptor.TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken)
    {
        Failed(eventData);
        return Task.CompletedTask;
    }

    private static ContextMessages? MessagesOf(TransactionEventData eventData) => eventData.Context is { } context ? OutboxContext.MessagesOf(context) : null;

    private static IReadOnlyList<AddedMessage>? UnwrittenOf(DbContext context)
    {
        ContextMessages? messages = OutboxContext.MessagesOf(context);
        messages?.Use(context.Database.CurrentTransaction?.TransactionId);
        return messages?.Unwritten;
    }

    private static void CheckCommit(TransactionEventData eventData)
    {
        if (MessagesOf(eventData) is { Broken: { } broken } && broken == eventData.TransactionId)
        {
            throw new InvalidOperationException("Saving failed in this transaction and its messages for the outbox could not be taken back: it is to be rolled back.");
        }
    }

    private static void Failed(TransactionErrorEventData eventData)
    {
        if (eventData.Action == CommitAction)
        {
            MessagesOf(eventData)?.NotCommitted(eventData.TransactionId);
        }
        else
        {
            MessagesOf(eventData)?.RolledBack(eventData.TransactionId);
        }
    }

    private static void Restore(DbContext context, ContextMessages messages)
    {
        messages.WritesAtCommit = false;
        if (messages.Before is { } before)
        {
            context.Database.AutoTransactionBehavior = before;
            messages.Before = null;
        }
    }

    private static async Task FailedAsync(DbContext? context)
    {
        if (context is null || OutboxContext.MessagesOf(context) is not { } messages)
        {
            return;
        }

        bool wroteAtCommit = messages.WritesAtCommit;
        Restore(context, messages);
        if (context.Database.CurrentTransaction is not { } around)
        {
            messages.Use(null);
        }
        else if (!wroteAtCommit && messages.IsSavingIn(around.TransactionId))
        {
            await TakeBackAsync(around, messages).ConfigureAwait(false);
        }
    }

    // Told is what saving has failed with, and not that the messages could not be taken back: that is told whoever commits all the same.
    private static async ValueTask TakeBackAsync(IDbContextTransaction around, ContextMessages messages)
    {
        messages.Broken = around.TransactionId;
        if (!around.SupportsSavepoints)
        {
            return;
        }

        try
        {
            await around.RollbackToSavepointAsync(Savepoint, CancellationToken.None).ConfigureAwait(false);
            messages.TakeBack(around.TransactionId);
            messages.Broken = null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            messages.Broken = around.TransactionId;
        }
    }

    // Saving that fails takes the messages back with the changes: they are written again when it is tried again.
    private async ValueTask WriteInAsync(IDbContextTransaction around, ContextMessages messages, CancellationToken cancellation)
    {
        if (around.SupportsSavepoints)
        {
            await around.CreateSavepointAsync(Savepoint, cancellation).ConfigureAwait(false);
        }

        try
        {
            await WriteAsync((around.GetDbTransaction(), around.TransactionId), messages, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await TakeBackAsync(around, messages).ConfigureAwait(false);
            throw;
        }
    }

    private async Task WriteAloneAsync(DbContext context, ContextMessages messages, CancellationToken cancellation)
    {
        IDbContextTransaction own = await context.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using (own.ConfigureAwait(false))
        {
            messages.Use(own.TransactionId);
            await WriteAsync((own.GetDbTransaction(), own.TransactionId), messages, cancellation).ConfigureAwait(false);
            await own.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteAsync((DbTransaction Transaction, Guid Id) where, ContextMessages messages, CancellationToken cancellation)
    {
        IReadOnlyList<AddedMessage> unwritten = messages.Unwritten;
        for (int from = 0; from < unwritten.Count;)
        {
            QueueName queue = unwritten[from].Queue;
            List<AddedMessage> run = [.. unwritten.Skip(from).TakeWhile(one => one.Queue == queue)];
            await writer.AddAsync(where.Transaction, queue, [.. run.Select(one => one.Message)], cancellation).ConfigureAwait(false);
            run.ForEach(one => one.WriteIn(where.Id));
            from += run.Count;
        }
    }
}
