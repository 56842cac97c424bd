using Forewave.Storage.Files.Pumps;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>
/// Gives the store's pumps their turns. The log's writer and the readers have threads of their own, which wait wherever they touch
/// the disk, so that others get turns while a write or a sync is under way; the other pumps take each step as one turn.
/// </summary>
internal sealed class TurnPumps(Turns turns) : IPumps
{
    public IPump Start(string name, Func<bool> step) => name is "forewave-log" || name.StartsWith("forewave-read", StringComparison.Ordinal)
        ? new BatonPump(turns, name, step)
        : new StepPump(turns, step);

    public Task<T> RunAsync<T>(Func<T> work) => Task.FromResult(work());
}
