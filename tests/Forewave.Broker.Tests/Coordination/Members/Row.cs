namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>A message as a database has it, with the epoch that wrote it.</summary>
internal readonly record struct Row(uint Epoch, int Message);
