using System.Data.Common;
using System.Runtime.CompilerServices;
using Forewave.Client;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>
/// Writes the messages of <see cref="OutboxContext.AddMessage"/> into the outbox when their context is saved. One for all contexts of a
/// database: thread-safe. Where the context has a transaction the messages are written in it and exist when it commits; else saving has a
/// transaction of its own around changes and messages. An execution strategy that tries again needs its own transaction around the saving, as
/// Entity Framework says of transactions that a program begins.
/// <para>Saving has to be asynchronous where there are messages: the synchronous way would block on the database.</para>
/// </summary>
/// <param name="writer">Where they are written.</param>
public sealed class OutboxInterceptor(OutboxWriter writer) : SaveChangesInterceptor
{
    private const string Savepoint = "forewave_outbox";
    private readonly ConditionalWeakTable<DbContext, IDbContextTransaction> _own = [];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The context has messages: save it with <c>SaveChangesAsync</c>.</exception>
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return eventData.Context is { } context && OutboxContext.MessagesOf(context) is not null
            ? throw new InvalidOperationException("A context with messages for the outbox is saved with SaveChangesAsync.")
            : result;
    }

    /// <inheritdoc/>
    /// <exception cref="ForewaveException">A message breaks a limit: nothing is saved.</exception>
    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        if (eventData.Context is not { } context || OutboxContext.MessagesOf(context) is not { } messages)
        {
            return result;
        }

        IDbContextTransaction? around = context.Database.CurrentTransaction;
        if (around is null)
        {
            around = await context.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            _own.AddOrUpdate(context, around);
        }
        else if (around.SupportsSavepoints)
        {
            // Saving that fails takes the messages back with the changes: they are written again when it is tried again.
            await around.CreateSavepointAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await WriteAsync(around.GetDbTransaction(), messages, cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch
        {
            await EndAsync(context, commits: false, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        if (eventData.Context is { } context)
        {
            await EndAsync(context, commits: true, cancellationToken).ConfigureAwait(false);
            OutboxContext.MessagesOf(context)?.Clear();
        }

        return result;
    }

    /// <inheritdoc/>
    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return eventData.Context is { } context ? EndAsync(context, commits: false, CancellationToken.None) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        return eventData.Context is { } context ? EndAsync(context, commits: false, CancellationToken.None) : Task.CompletedTask;
    }

    private async ValueTask WriteAsync(DbTransaction transaction, List<(QueueName Queue, Message Message)> messages, CancellationToken cancellation)
    {
        for (int from = 0; from < messages.Count;)
        {
            QueueName queue = messages[from].Queue;
            List<Message> run = [.. messages.Skip(from).TakeWhile(one => one.Queue == queue).Select(one => one.Message)];
            await writer.AddAsync(transaction, queue, run, cancellation).ConfigureAwait(false);
            from += run.Count;
        }
    }

    private async Task EndAsync(DbContext context, bool commits, CancellationToken cancellation)
    {
        if (!_own.TryGetValue(context, out IDbContextTransaction? own))
        {
            if (!commits && OutboxContext.MessagesOf(context) is not null && context.Database.CurrentTransaction is { SupportsSavepoints: true } around)
            {
                await around.RollbackToSavepointAsync(Savepoint, cancellation).ConfigureAwait(false);
            }

            return;
        }

        _own.Remove(context);
        await using (own.ConfigureAwait(false))
        {
            await (commits ? own.CommitAsync(cancellation) : own.RollbackAsync(cancellation)).ConfigureAwait(false);
        }
    }
}
