namespace Forewave.Storage.Files.Pumps;

/// <summary>Runs the step of one owner again and again, on one thread at a time, as long as it finds work.</summary>
internal interface IPump : IDisposable
{
    /// <summary>There may be work. Thread-safe; costs a memory barrier when the step is running already.</summary>
    void Signal();
}
