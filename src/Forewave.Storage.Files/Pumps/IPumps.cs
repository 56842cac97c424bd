namespace Forewave.Storage.Files.Pumps;

/// <summary>Where the store's loops get their thread from: dedicated threads, or a test that runs the steps itself.</summary>
internal interface IPumps
{
    /// <summary>Starts a loop.</summary>
    /// <param name="name">Name of its thread.</param>
    /// <param name="step">Does one piece of work; false when there was none. It does not throw.</param>
    IPump Start(string name, Func<bool> step);

    /// <summary>Does one long piece of work, before any loop is started.</summary>
    Task<T> RunAsync<T>(Func<T> work);
}
