namespace Forewave.Storage.Files.Recovery;

/// <summary>Takes a recovered record; the payload is valid during the call.</summary>
internal delegate void RecordSink(in CommittedRecord record, ReadOnlySpan<byte> payload);
