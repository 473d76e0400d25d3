// Listens to crm.scores and says what changed, in one line an event.
//   npm install && node listen.mjs <host:port> [how many events, then end]
import { Kafka as CloudEventsKafka } from "cloudevents";
import kafkajs from "kafkajs";
import { compressFrame, decompressFrame } from "lz4-napi";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
// Our records are compressed with LZ4, for which kafkajs wants a codec.
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => compressFrame(encoder.buffer),
  decompress: decompressFrame,
});

const [broker = "127.0.0.1:9092", most = "Infinity"] = process.argv.slice(2);
const consumer = new Kafka({ clientId: "listen", brokers: [broker], logLevel: logLevel.ERROR })
  .consumer({ groupId: `listen-${process.pid}` });

/** A record as the SDK wants it: the whole event is in the value (structured mode). */
function toEvent({ key, value, headers }) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString()]));
  return CloudEventsKafka.toEvent({ key, value: value.toString(), body: value.toString(), headers: texts });
}

const say = {
  "crm.scorecard.updated.v1": ({ after }) => `index ${after.index ?? "–"}, ${after.phase}, level ${after.bond_level ?? "–"}`,
  "crm.phase.changed.v1": ({ before, after }) => `${before ?? "nothing"} → ${after}`,
  "crm.bond.level_changed.v1": ({ before, after }) => `level ${before ?? "–"} → ${after ?? "–"}`,
  "crm.defection_risk.raised.v1": ({ cause, reason }) => `${cause}: ${reason}`,
  "crm.defection_risk.cleared.v1": () => "no longer at risk",
};

let heard = 0;
await consumer.connect();
await consumer.subscribe({ topic: "crm.scores", fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    if (heard >= Number(most)) return;
    const event = toEvent(message).validate() && toEvent(message);
    const news = event.data.backfill ? "history" : "news";
    // A type that is not known here is no error: types are added.
    console.log(event.time, event.subject, event.type, say[event.type]?.(event.data) ?? "", `(${news})`);
    if (++heard >= Number(most)) setTimeout(() => consumer.disconnect(), 0);
  },
});
