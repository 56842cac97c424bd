namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A record that a fold was given.</summary>
internal sealed record AppliedRecord(CommittedRecord Record, byte[] Payload);
